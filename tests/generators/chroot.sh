#!/bin/sh
# Makes a Debian chroot, or completes one that is already there.
#
#   tests/generators/chroot.sh SUITE DIR [PACKAGE...]
#
# SUITE  trixie, testing, sid, ...
# DIR    where it goes; nothing is done for what is already installed there
#
# A PACKAGE with an architecture (gcc-multilib:i386) makes that architecture known to dpkg first.
# MIRROR chooses another mirror than http://deb.debian.org/debian, KEYRING the keys that its releases are signed with.
set -eu

mirror=${MIRROR:-http://deb.debian.org/debian}

main() {
    [ $# -ge 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
    suite=$1 dir=$2
    shift 2
    [ "$(id -u)" = 0 ] || { echo "$0: needs root, because debootstrap and chroot do" >&2; exit 1; }

    [ -e "$dir/.bootstrapped" ] || bootstrap "$suite" "$dir"
    missing=$(missing_packages "$dir" "$@")
    # shellcheck disable=SC2086  # a list of package names
    [ -z "$missing" ] || install_packages "$dir" $missing
}

# A debootstrap that was interrupted leaves half a system: it is only good once the mark is there.
bootstrap() {
    command -v debootstrap >/dev/null || { echo "$0: install debootstrap" >&2; exit 1; }
    rm -rf --one-file-system "$2"
    mkdir -p "$2"
    debootstrap --variant=minbase ${KEYRING:+--keyring="$KEYRING"} "$1" "$2" "$mirror" >"$2.log" 2>&1 || { tail -n 5 "$2.log" >&2; exit 1; }
    printf '#!/bin/sh\nexit 101\n' >"$2/usr/sbin/policy-rc.d" # no service starts in there
    chmod +x "$2/usr/sbin/policy-rc.d"
    : >"$2/.bootstrapped"
}

missing_packages() {
    root=$1
    shift
    for package in "$@"; do
        state=$(chroot "$root" dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null || true)
        case $state in
        *"ok installed"*) ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

install_packages() {
    root=$1
    shift
    for package in "$@"; do
        case $package in *:*) chroot "$root" dpkg --add-architecture "${package##*:}" ;; esac
    done
    # A mirror that lags behind, or a machine whose clock runs ahead, makes a signed index look expired. Its signature
    # is still checked; only its age is not, which does not matter for a sandbox that makes test dumps.
    in_chroot "$root" apt-get -q -o Acquire::Check-Valid-Until=false update
    in_chroot "$root" apt-get -q -y --no-install-recommends install "$@"
}

in_chroot() {
    root=$1
    shift
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
        ${http_proxy:+http_proxy="$http_proxy"} "$@" >>"$root.log" 2>&1 || { tail -n 5 "$root.log" >&2; exit 1; }
}

main "$@"

#!/bin/sh
# Makes the cores of make.sh with other releases of glibc: each is that of a chroot.
#
#   chroots.sh CHROOTS OUTDIR [SUITE...]      all suites, or those that are named
#
# CHROOTS/SUITE is made if absent. OUTDIR/SUITE/NAME is what make.sh makes. PATTERNS
# chooses flavours. Needs root and debootstrap. UBUNTU_MIRROR and MIRROR choose mirrors.
#
#   glibc 2.23 xenial   2.27 bionic   2.31 bullseye   2.35 jammy   2.39 noble   2.41 trixie   2.43 sid (2026-11)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
ubuntu=${UBUNTU_MIRROR:-http://archive.ubuntu.com/ubuntu}

# Debian has the keys of Ubuntu's releases; not each of its releases does.
make_chroot() { # suite
    case $1 in
    xenial | bionic | focal | jammy | noble)
        "$here/../chroot.sh" trixie "$chroots/trixie" ubuntu-keyring || return 1
        export MIRROR="$ubuntu" KEYRING="$chroots/trixie/usr/share/keyrings/ubuntu-archive-keyring.gpg"
        ;;
    esac
    "$here/../chroot.sh" "$1" "$chroots/$1" gcc gcc-multilib libc6-dev
}

make_suite() {
    (make_chroot "$1") || { echo "chroots.sh: $1 skipped" >&2; return; }
    set -f
    # shellcheck disable=SC2086  # a list of patterns
    CHROOT=$chroots/$1 "$here/make.sh" "$out/$1" ${PATTERNS:-} || echo "chroots.sh: $1: not all was made" >&2
}

[ $# -ge 2 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2; }
chroots=$1 out=$2
shift 2
[ $# -gt 0 ] || set -- xenial bionic bullseye jammy noble trixie sid
for suite; do make_suite "$suite"; done

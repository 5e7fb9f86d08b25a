//! The two 16-bit numbers with which .zip and .cab archives tell a time (MS-DOS; APPNOTE 4.4.6, \[MS-CAB\] 2.3).

/// Seconds since 1970, or `None` of what is no date. They state no time zone: UTC is assumed.
pub(super) fn of_dos(date: u16, time: u16) -> Option<u64> {
    let (day, month, year) = (u64::from(date & 31), u64::from(date >> 5 & 15), 1980 + u64::from(date >> 9));
    let (second, minute, hour) = (u64::from(time & 31) * 2, u64::from(time >> 5 & 63), u64::from(time >> 11));
    let fine = (1..=12).contains(&month) && day > 0 && hour < 24 && minute < 60 && second < 60;
    fine.then(|| (days_before(year, month) + day - 1) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Days from 1970 to the first of a month. No year before 2108 but 2100 breaks the rule of fours.
fn days_before(year: u64, month: u64) -> u64 {
    const OF_MONTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let is_leap = |year: u64| year.is_multiple_of(4) && year != 2100;
    let of_years: u64 = (1970..year).map(|y| 365 + u64::from(is_leap(y))).sum();
    let of_months: u64 = OF_MONTHS.into_iter().take(usize::try_from(month - 1).unwrap_or(0)).sum();
    of_years + of_months + u64::from(month > 2 && is_leap(year))
}

#[cfg(test)]
mod tests {
    use super::of_dos;

    #[test]
    fn dates_as_date_has_them() {
        // `date -u -d '2024-03-01 12:34:56' +%s`
        assert_eq!(of_dos(44 << 9 | 3 << 5 | 1, 12 << 11 | 34 << 5 | 28), Some(1_709_296_496));
        assert_eq!(of_dos(1 << 5 | 1, 0), Some(315_532_800));
        assert_eq!(of_dos(0, 0), None);
        assert_eq!(of_dos(44 << 9 | 13 << 5 | 1, 0), None);
    }
}

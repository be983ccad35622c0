//! Finds the few faults of a plan that are enough for the same breach, by leaving out parts of the others
//! as long as it is still found (delta debugging).

/// The places of `faults` faults that are enough: `still_fails` says of some of them whether the same rule
/// is broken. It is asked at most `most` times.
pub fn shrunk(
    faults: usize,
    most: usize,
    mut still_fails: impl FnMut(&[usize]) -> bool,
) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..faults).collect();
    let mut asked = 0;
    let mut part = kept.len();
    while part > 0 && asked < most {
        let mut begin = 0;
        while begin < kept.len() && asked < most {
            let end = (begin + part).min(kept.len());
            let fewer: Vec<usize> = [&kept[..begin], &kept[end..]].concat();
            asked += 1;
            if still_fails(&fewer) {
                kept = fewer;
            } else {
                begin = end;
            }
        }
        part = if part == 1 { 0 } else { part.div_ceil(2) };
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_faults_that_are_needed_are_left() {
        let needs = |kept: &[usize]| kept.contains(&3) && kept.contains(&17);

        assert_eq!(shrunk(20, 1_000, needs), [3, 17]);
        assert_eq!(shrunk(20, 1_000, |_| true), [] as [usize; 0]);
        assert_eq!(shrunk(3, 1_000, |kept| kept.len() == 3), [0, 1, 2]);
    }

    #[test]
    fn it_ends_when_it_has_asked_often_enough() {
        let mut asked = 0;

        let kept = shrunk(100, 10, |kept| {
            asked += 1;
            kept.contains(&50)
        });

        assert_eq!(asked, 10);
        assert!(kept.contains(&50));
    }
}

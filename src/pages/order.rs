//! The order of Swedish: å, ä and ö stand behind z, capitals and small letters together. Few names are
//! sorted here, so this is a key of a few lines and not the tables of a collation library.

/// Sorts by a name.
pub fn sorted_by<T>(things: &mut [T], name: impl Fn(&T) -> &str) {
    things.sort_by_cached_key(|thing| key(name(thing)));
}

fn key(name: &str) -> Vec<(u32, char)> {
    let place = |c: char| match c {
        'å' => ('{' as u32, c),
        'ä' | 'æ' => ('{' as u32 + 1, c),
        'ö' | 'ø' => ('{' as u32 + 2, c),
        'é' | 'è' => ('e' as u32, c),
        'ü' => ('y' as u32, c),
        other => (other as u32, other),
    };
    name.to_lowercase().chars().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_letters_are_the_last() {
        let mut names = ["Örebro", "åre", "Ängelholm", "Zinkgruvan", "ale", "Ärla", "Årsta"];
        sorted_by(&mut names, |name| name);
        let sorted = ["ale", "Zinkgruvan", "åre", "Årsta", "Ängelholm", "Ärla", "Örebro"];
        assert_eq!(names, sorted);
    }
}

//! WS-Security: who we are, for an operator that asks for it in the message.
//!
//! A pure function. It keeps nothing, and what it returns holds the password: the wire puts it into
//! the bytes on their way out and drops it. The log covers the message without it.

use super::{ENVELOPE, xml};

/// The header block of `UsernameToken` Profile 1.0 (OASIS WSS, March 2004), section 3.1, with the
/// password as text. It declares its own namespaces, so it can stand in any SOAP 1.1 header.
///
/// The memory is allocated once and as large as it can get, so that no copy of the password is left
/// behind; whoever calls this overwrites it. A character that XML 1.0 cannot say becomes U+FFFD, and
/// the operator refuses the credentials.
pub fn security_header(username: &str, password: &str) -> String {
    const EXTENSION: &str =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    const PASSWORD_TEXT: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText";

    let opening = format!(
        "<wsse:Security xmlns:wsse=\"{EXTENSION}\" xmlns:soap=\"{ENVELOPE}\" soap:mustUnderstand=\"1\">\
         <wsse:UsernameToken><wsse:Username>"
    );
    let between = format!("</wsse:Username><wsse:Password Type=\"{PASSWORD_TEXT}\">");
    let closing = "</wsse:Password></wsse:UsernameToken></wsse:Security>";

    let texts = (username.len() + password.len()) * ESCAPED_MAX;
    let mut header = String::with_capacity(opening.len() + between.len() + closing.len() + texts);
    header.push_str(&opening);
    push_escaped(&mut header, username);
    header.push_str(&between);
    push_escaped(&mut header, password);
    header.push_str(closing);
    header
}

/// The most bytes that one byte of text becomes.
const ESCAPED_MAX: usize = "&#13;".len();

/// Not the library's: that one would leave a second copy of the password in memory.
fn push_escaped(into: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '\r' => into.push_str("&#13;"),
            character if xml::is_char(character) => into.push(character),
            _ => into.push(char::REPLACEMENT_CHARACTER),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_reads_back_as_it_was_meant() {
        let header = security_header("profitbyte", "a<b>&\"'\r å\u{0}");
        let root = xml::read(header.as_bytes(), &[]).expect("well-formed");
        let token = &root.children()[0];
        assert_eq!(token.name(), "UsernameToken");
        assert_eq!(token.children()[0].text(), "profitbyte");
        assert_eq!(token.children()[1].text(), "a<b>&\"'\r å\u{fffd}");
    }

    #[test]
    fn no_text_makes_it_allocate_twice() {
        for text in ["&&&&", "\r\r\r\r", "<>", "\u{0}\u{1}", "åäö", ""] {
            let header = security_header(text, text);
            let capacity = header.capacity();
            assert!(header.len() <= capacity);
            let mut fresh = String::with_capacity(text.len() * ESCAPED_MAX);
            let room = fresh.capacity();
            push_escaped(&mut fresh, text);
            assert_eq!(fresh.capacity(), room);
        }
    }
}

use std::io::{Read, stdin};

mod shapes;
use shapes::{Event, REFUSED, UDP};

fn main() {
    let mut bytes = Vec::new();
    stdin().read_to_end(&mut bytes).unwrap();
    let bytes: [u8; size_of::<Event>()] = bytes.try_into().unwrap();
    let e: Event = unsafe { std::mem::transmute(bytes) };
    let (length, rest) = (e.wire.length, e.wire.rest);
    let name = String::from_utf8_lossy(&e.name);
    let byte = unsafe { e.either.bytes[11] };
    let numbers = [
        e.at as i64, e.r#type.into(), e.flag() as i64, e.level() as i64, e.place.x.into(), e.place.y.into(),
        e.places[1].x.into(), e.places[1].y.into(), e.wire.tag.into(), length.into(), rest[2].into(), byte.into(),
    ];
    let numbers = numbers.map(|number| number.to_string()).join(" ");
    let named = [e.kind == UDP, e.verdict == REFUSED].map(u8::from);
    println!("{numbers} {} {} {} {} {}", name.trim_end_matches('\0'), e.last, e.small.high(), named[0], named[1]);
}

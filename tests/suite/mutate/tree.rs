//! A case as a tree of lists and words, of which whole forms are repeated, moved, wrapped and exchanged: so far more
//! of the mutants are programs than where single words change.

use super::{PIECES, pieces};
use crate::generate::Random;

/// What forms are wrapped in; `_` stands for the form.
const WRAPS: &[&str] = &[
    "( progn _ 7 )",
    "( when ( > ( ctx len ) 5 ) _ )",
    "( unless ( = ( ctx mark ) 9 ) _ )",
    "( if ( ctx mark ) _ 3 )",
    "( if ( ctx mark ) 0 _ )",
    "( if ( < ( ctx priority ) 8 ) _ _ )",
    "( let ( ( q 1 ) ) _ )",
    "( block b _ )",
    "( block b ( when ( ctx mark ) ( return-from b 2 ) ) _ )",
    "( dotimes ( r 3 ) _ )",
    "( dotimes ( r ( ctx len ) :max 5 ) _ )",
    "( dotimes ( r 4 ) ( when ( = r ( ctx mark ) ) ( continue ) ) _ )",
    "( bpf-loop ( r 3 ) _ )",
    "( loop repeat 4 do _ )",
    "( while ( ctx mark ) :max 3 _ )",
    "( case ( ctx mark ) ( 0 _ ) ( 1 2 ) ( otherwise _ ) )",
    "( and _ _ )",
    "( or _ 5 )",
    "( u8 _ )",
    "( i32 _ )",
    "( + _ ( ctx len ) )",
    "( logand _ 7 )",
    "( - _ )",
    "( return _ )",
];

enum Node {
    Word(String),
    List(Vec<usize>),
}

struct Tree {
    nodes: Vec<Node>,
    /// All lists' elements: the list, and which of it.
    places: Vec<(usize, usize)>,
}

/// A mutant of `text`; the text without its comments where it is no list of forms.
pub fn mutant(text: &str, random: &mut Random) -> String {
    let words = pieces(text);
    let Some(mut tree) = Tree::read(&words) else { return words.join(" ") };
    for _ in 0..1 + random.below(3) {
        tree.change(random);
    }
    tree.print()
}

impl Tree {
    /// The tree of balanced words; node 0 is the list of all.
    fn read(words: &[&str]) -> Option<Self> {
        let mut tree = Self { nodes: vec![Node::List(Vec::new())], places: Vec::new() };
        let mut open = vec![0];
        for word in words {
            match *word {
                "(" => {
                    let list = tree.add(*open.last()?, Node::List(Vec::new()));
                    open.push(list);
                }
                ")" => drop(open.pop()),
                word => drop(tree.add(*open.last()?, Node::Word(word.into()))),
            }
        }
        tree.find_places();
        (open.len() == 1 && !tree.places.is_empty()).then_some(tree)
    }

    fn add(&mut self, list: usize, node: Node) -> usize {
        self.nodes.push(node);
        let new = self.nodes.len() - 1;
        if let Node::List(children) = &mut self.nodes[list] {
            children.push(new);
        }
        new
    }

    /// Lists what there is to change: not the top-level forms, nor what no form has any more.
    fn find_places(&mut self) {
        let (mut lists, mut places) = (self.children(0), Vec::new());
        while let Some(list) = lists.pop() {
            let children = self.children(list);
            places.extend((0..children.len()).map(|at| (list, at)));
            lists.extend(children);
        }
        self.places = places;
    }

    fn children(&self, node: usize) -> Vec<usize> {
        match &self.nodes[node] {
            Node::List(children) => children.clone(),
            Node::Word(_) => Vec::new(),
        }
    }

    /// The list that a place is in.
    fn list(&mut self, (list, _): (usize, usize)) -> &mut Vec<usize> {
        match &mut self.nodes[list] {
            Node::List(children) => children,
            Node::Word(word) => unreachable!("{word} has no places"),
        }
    }

    fn change(&mut self, random: &mut Random) {
        if self.places.is_empty() {
            return;
        }
        let (place, other) = (self.place(random), self.place(random));
        let (at, from) = (self.node(place), self.copy(self.node(other)));
        match random.below(8) {
            0 => {
                let again = self.copy(at);
                self.list(place).insert(place.1, again);
            }
            1 => drop(self.list(place).remove(place.1)),
            2 => {
                let to = random.below(self.list(place).len());
                self.list(place).swap(place.1, to);
            }
            3 => self.list(place)[place.1] = from,
            4 => self.list(place).insert(place.1, from),
            5 => self.list(place)[place.1] = self.word(random),
            _ => self.list(place)[place.1] = self.wrap(random.pick(WRAPS), at),
        }
        self.find_places();
    }

    /// Somewhere to change something; forms twice as often as words.
    fn place(&self, random: &mut Random) -> (usize, usize) {
        let place = random.pick(&self.places);
        match (self.nodes[self.node(place)].is_list(), random.one_in(2)) {
            (false, true) => random.pick(&self.places),
            _ => place,
        }
    }

    fn node(&self, (list, at): (usize, usize)) -> usize {
        self.children(list)[at]
    }

    /// A node with all that is in it, again.
    fn copy(&mut self, node: usize) -> usize {
        let new = match &self.nodes[node] {
            Node::Word(word) => Node::Word(word.clone()),
            Node::List(children) => {
                let children = children.clone();
                Node::List(children.into_iter().map(|child| self.copy(child)).collect())
            }
        };
        self.nodes.push(new);
        self.nodes.len() - 1
    }

    fn word(&mut self, random: &mut Random) -> usize {
        let word = match random.below(3) {
            0 => random.pick(PIECES).into(),
            1 => (random.edgy() as i64).to_string(),
            _ => random.below(70).to_string(),
        };
        self.nodes.push(Node::Word(word));
        self.nodes.len() - 1
    }

    /// `wrap` with the node `inner` in it.
    fn wrap(&mut self, wrap: &str, inner: usize) -> usize {
        let mut open = Vec::new();
        for word in wrap.split(' ') {
            let node = match word {
                "(" => Node::List(Vec::new()),
                "_" => {
                    let list: usize = open.last().copied().unwrap_or(0);
                    let inner = self.copy(inner);
                    self.list((list, 0)).push(inner);
                    continue;
                }
                ")" if open.len() == 1 => break,
                ")" => {
                    open.pop();
                    continue;
                }
                word => Node::Word(word.into()),
            };
            let is_list = node.is_list();
            let new = match open.last() {
                Some(list) => self.add(*list, node),
                None => {
                    self.nodes.push(node);
                    self.nodes.len() - 1
                }
            };
            open.extend(is_list.then_some(new));
        }
        open.first().copied().unwrap_or(inner)
    }

    fn print(&self) -> String {
        let mut text = String::new();
        for form in self.children(0) {
            self.print_node(form, &mut text);
            text.push('\n');
        }
        text
    }

    fn print_node(&self, node: usize, text: &mut String) {
        match &self.nodes[node] {
            Node::Word(word) => text.push_str(word),
            Node::List(children) => {
                text.push_str("( ");
                children.iter().for_each(|child| self.print_node(*child, text));
                text.push(')');
            }
        }
        text.push(' ');
    }
}

impl Node {
    fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }
}

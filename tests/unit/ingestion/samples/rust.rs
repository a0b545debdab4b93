//! A stack of frames.

use std::fmt;

const LIMIT: usize = 64;

/// What may go wrong.
#[derive(Debug, Clone)]
pub enum StackError {
    Overflow,
    Empty,
}

/// A bounded stack.
#[derive(Debug)]
pub struct Stack<T> {
    items: Vec<T>,
}

/// Has a size.
pub trait Sized2 {
    /// How many there are.
    fn size(&self) -> usize;
}

impl<T> Stack<T> {
    /// An empty stack.
    pub fn new() -> Self {
        Self { items: Vec::new() }
    }

    /// Put one on top.
    #[inline]
    pub fn push(&mut self, item: T) -> Result<(), StackError> {
        if self.items.len() == LIMIT {
            return Err(StackError::Overflow);
        }
        self.items.push(item);
        Ok(())
    }
}

impl<T> fmt::Display for Stack<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items", self.items.len())
    }
}

mod tests {
    // Checks the empty stack.
    #[test]
    fn starts_empty() {
        assert_eq!(Stack::<u8>::new().items.len(), 0);
    }
}

macro_rules! stack {
    ($($x:expr),*) => { Stack { items: vec![$($x),*] } };
}

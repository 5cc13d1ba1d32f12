"""A document as a draft of its register: text, the numbers in it, what each says, and how they may follow from others."""

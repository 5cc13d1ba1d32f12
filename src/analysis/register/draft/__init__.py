"""A document as a draft of its register: its numbers, what each says, and how they may follow from others."""

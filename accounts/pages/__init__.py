"""What the pages of every app share: how they are framed, what answers a change, what a form is."""

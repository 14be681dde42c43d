"""Services that show a contract's source beside its address, once they have compiled it to the code there."""

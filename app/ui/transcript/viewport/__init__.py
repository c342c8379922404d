"""The part of a conversation in view: message widgets, scrolling, anchors."""

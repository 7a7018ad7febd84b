//! What the engine knows of each resource type.

"""The ways to people's phones: one package per provider, each implementing
`campana.engine.ports.Provider`."""

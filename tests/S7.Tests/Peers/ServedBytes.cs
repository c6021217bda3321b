namespace PlantRuntime.S7.Tests.Peers;

/// <summary>A value that the foreign server is given: see tests/peers/README.md. Serialized as it stands.</summary>
internal sealed record ServedBytes(string Area, int Block, int At, string Type, string Value, int Bit = 0);

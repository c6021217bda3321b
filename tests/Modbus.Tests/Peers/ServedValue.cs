namespace PlantRuntime.Modbus.Tests.Peers;

/// <summary>A value that a foreign server is given: see tests/peers/README.md. Serialized as it stands.</summary>
internal sealed record ServedValue(int Unit, string Area, int At, string Type, string Value, string Order = "ABCD");

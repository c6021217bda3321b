namespace PlantRuntime.Conformance.Peers;

/// <summary>A value that the foreign server is given: see tests/peers/README.md. Serialized as it stands.</summary>
/// <param name="Area">DB, M, I, Q, C or T.</param>
/// <param name="Block">Number of the data block; 0 for other areas.</param>
/// <param name="At">Byte in the area.</param>
/// <param name="Type">Type of the value; SIZE for the area's length, COUNT to make its words count.</param>
/// <param name="Value">The value as text.</param>
/// <param name="Bit">Bit in the byte.</param>
public sealed record ServedBytes(string Area, int Block, int At, string Type, string Value, int Bit = 0);

using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices.Writing;

/// <summary>What one driver has prepared to write one tag.</summary>
/// <param name="Writer">Writes the tag, which is its only one.</param>
/// <param name="ReadBack">Reads it afterwards; null when nobody asked for that.</param>
internal sealed record PreparedWrite(IWriter Writer, ReadBack? ReadBack);

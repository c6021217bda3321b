namespace PlantRuntime.Influx.Tests.Testing;

/// <summary>A point that was read from a line.</summary>
/// <param name="Measurement">Measurement.</param>
/// <param name="Tags">Tags.</param>
/// <param name="Fields">Fields in order, their values as <see cref="Contracts.Value.ToString"/> prints them.</param>
/// <param name="Time">Timestamp.</param>
internal sealed record ParsedPoint(
    string Measurement, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<KeyValuePair<string, string>> Fields, long Time);

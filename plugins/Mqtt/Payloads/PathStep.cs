namespace PlantRuntime.Plugins.Mqtt.Payloads;

/// <summary>One step into a JSON value: a member of an object, or an element of an array.</summary>
/// <param name="Key">Name of the member, or null for an element.</param>
/// <param name="Index">Place of the element, from 0.</param>
internal sealed record PathStep(string? Key, int Index = 0);

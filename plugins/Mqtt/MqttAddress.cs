using PlantRuntime.Plugins.Mqtt.Payloads;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>Which messages bring a tag, and where in them its value is. Made by <see cref="MqttAddressParser"/>.</summary>
/// <param name="Filter">Topic filter.</param>
/// <param name="Path">Steps into the JSON payload; none for the payload itself.</param>
/// <param name="IsText">The payload is no JSON but text, taken as it stands.</param>
internal sealed record MqttAddress(string Filter, IReadOnlyList<PathStep> Path, bool IsText);

using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices.Writing;

/// <summary>A wish to write a tag.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Tag">Name of the tag.</param>
/// <param name="Value">The value, in the tag's unit.</param>
/// <param name="Timestamp">Monotonic time that its age counts from.</param>
/// <param name="Who">Whose wish it is: <c>recipes/press.csx(3,1)</c>, <c>user anna</c>.</param>
internal readonly record struct WriteRequest(string Device, string Tag, Value Value, long Timestamp, string Who);

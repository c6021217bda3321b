namespace PlantRuntime.Contracts;

/// <summary>One thing that a device has.</summary>
/// <param name="Address">Its address or the beginning of one, as a tag would have it: "DB500".</param>
/// <param name="Kind">What it is, in the field's words: "data block", "function".</param>
/// <param name="Bytes">Its size; null when the device does not say.</param>
/// <param name="Description">What else the device says of it, empty for nothing.</param>
public sealed record BrowseEntry(string Address, string Kind, int? Bytes, string Description);

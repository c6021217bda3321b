using System.Runtime.InteropServices;
using PlantRuntime.Plugins.Mqtt.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>A message that the broker did not take.</summary>
/// <param name="Record">Place in the batch of its record.</param>
/// <param name="Reason">Why.</param>
/// <param name="Words">The broker's own words; mostly empty.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Refusal(int Record, ReasonCode Reason, string Words)
{
    public override string ToString() => Words.Length == 0 ? Reason.ToString() : $"{Reason}: {Words}";
}

using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.Mqtt.Messages;

/// <summary>One PUBLISH packet in a <see cref="MessageBuffer"/>.</summary>
/// <param name="Record">Place in the batch of the record that it carries, all or part of.</param>
/// <param name="Start">Its first byte in the buffer.</param>
/// <param name="Length">Its bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Message(int Record, int Start, int Length);

using System.Runtime.InteropServices;

namespace PlantRuntime.Wire;

/// <summary>The answer to one request of ours.</summary>
/// <param name="Request">The request's number, as given when it was sent.</param>
/// <param name="Frame">The whole frame; valid until the next one is received.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Reply(int Request, ReadOnlyMemory<byte> Frame);

using System.Runtime.InteropServices;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Session;

/// <summary>The answer to one job of ours.</summary>
/// <param name="Request">The job's number, as given when it was sent.</param>
/// <param name="Packet">The whole packet; valid until the next one is received.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct S7Reply(int Request, ReadOnlyMemory<byte> Packet)
{
    public ReadOnlySpan<byte> Pdu => Packet.Span[CotpData.PduStart..];
}

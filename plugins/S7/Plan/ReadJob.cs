using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// One read request and its items. It belongs to a <see cref="RequestSet"/>; <see cref="S7Reader"/> calls it within ReadAsync, one call at
/// a time. It performs no I/O.
/// </summary>
/// <param name="items">The items. If the reply has no room for the padding of an item of odd length, that item is the last.</param>
internal sealed class ReadJob(ReadItem[] items) : PolledRequest
{
    public ReadItem[] Items { get; } = items;

    public int PacketBytes => ReadVar.RequestBytes(Items.Length);

    /// <summary>Writes the request packet; its PDU reference is stamped when it is sent.</summary>
    public void Write(Span<byte> packet)
    {
        ReadVar.Write(packet, Items.Length);
        for (var i = 0; i < Items.Length; i++) Items[i].Write(packet, i);
    }

    /// <summary>Fills the scan from a reply and reports to the plan what the CPU refused.</summary>
    public void Read(ReadOnlySpan<byte> pdu, ScanBuffer into, S7ReadPlan plan)
    {
        if (ReadVar.Check(pdu, Items.Length, out var rest) is { } fault)
        {
            Bad(into, fault.Quality, fault.Reason);
            return;
        }

        for (var i = 0; i < Items.Length; i++)
        {
            var refusal = ReadVar.Next(ref rest, i == Items.Length - 1, Items[i].Bytes, out var bytes);
            if (refusal == S7Fault.OtherBytes && Items[i].TryWiden(bytes, out var widened))
            {
                refusal = null;
                bytes = widened;
            }

            if (refusal is not null && Items[i].IsTimer) refusal = refusal.AtTimer;
            if (refusal is null) Items[i].Apply(into, bytes);
            else Items[i].Bad(into, refusal.Quality, refusal.Reason);
            if (Items[i].SingleTag is { } only) plan.Record(only, refusal);
            else if (refusal is { IsAboutAddress: true }) plan.Suspect(Items[i]);
        }
    }

    public void Bad(ScanBuffer into, Quality quality, string reason)
    {
        foreach (var item in Items) item.Bad(into, quality, reason);
    }

    /// <summary>Reports all tags of the request as not read in this scan.</summary>
    public void NotRead(ScanBuffer into, string reason)
    {
        foreach (var item in Items) item.NotRead(into, reason);
    }
}

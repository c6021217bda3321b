using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>One read request.</summary>
/// <param name="items">Its items; one of odd length only as the last where the answer has no room for its padding.</param>
internal sealed class ReadJob(ReadItem[] items)
{
    public ReadItem[] Items { get; } = items;

    /// <summary>True when an answer came in this scan, be it a refusal.</summary>
    public bool IsAnswered { get; set; }

    public int PacketBytes => ReadVar.RequestBytes(Items.Length);

    public void Write(Span<byte> packet)
    {
        ReadVar.Write(packet, Items.Length);
        for (var i = 0; i < Items.Length; i++) Items[i].Write(packet, i);
    }

    /// <summary>Fills the scan from an answer; what the CPU refused goes to the plan.</summary>
    public void Read(ReadOnlySpan<byte> pdu, ScanBuffer into, ReadPlan plan)
    {
        IsAnswered = true;
        if (ReadVar.Check(pdu, Items.Length, out var rest) is { } fault)
        {
            Bad(into, fault.Quality, fault.Reason);
            return;
        }

        for (var i = 0; i < Items.Length; i++)
        {
            var refusal = ReadVar.Next(ref rest, i == Items.Length - 1, Items[i].Bytes, out var bytes);
            if (refusal is null) Items[i].Take(into, bytes);
            else Items[i].Bad(into, refusal.Quality, refusal.Reason);
            if (Items[i].Only is { } only) plan.Learn(only, refusal);
            else if (refusal is { IsAboutAddress: true }) plan.Suspect(Items[i]);
        }
    }

    public void Bad(ScanBuffer into, Quality quality, string reason)
    {
        foreach (var item in Items) item.Bad(into, quality, reason);
    }
}

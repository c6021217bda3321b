namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>
/// Requests and their packets, consecutive in one array, so that several can be sent with one call. One <see cref="S7ReadPlan"/> creates
/// it; used within ReadAsync, one call at a time; not thread-safe. It owns the packets, into which
/// <see cref="PlantRuntime.Wire.RequestSession"/> stamps the PDU references; it sends nothing itself.
/// </summary>
internal sealed class RequestSet
{
    private readonly byte[] _packets;
    private readonly int[] _ends;

    public RequestSet(ReadJob[] jobs)
    {
        Jobs = jobs;
        _ends = new int[jobs.Length + 1];
        for (var i = 0; i < jobs.Length; i++) _ends[i + 1] = _ends[i] + jobs[i].PacketBytes;
        _packets = new byte[_ends[^1]];
        for (var i = 0; i < jobs.Length; i++) Rewrite(i);
    }

    /// <summary>The requests, in the order of their packets.</summary>
    public ReadJob[] Jobs { get; }

    /// <summary>Returns the packets of consecutive requests.</summary>
    public Memory<byte> Packets(int first, int count) => _packets.AsMemory(_ends[first].._ends[first + count]);

    /// <summary>Replaces a request by another one whose packet has the same length.</summary>
    public void Replace(int index, ReadJob job)
    {
        Jobs[index] = job;
        Rewrite(index);
    }

    private void Rewrite(int index) => Jobs[index].Write(Packets(index, 1).Span);
}

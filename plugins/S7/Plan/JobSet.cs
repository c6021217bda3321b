namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>Requests with their packets, one behind the other, ready to be sent as many at once as the CPU takes.</summary>
internal sealed class JobSet
{
    private readonly byte[] _packets;
    private readonly int[] _ends;

    public JobSet(ReadJob[] jobs)
    {
        Jobs = jobs;
        _ends = new int[jobs.Length + 1];
        for (var i = 0; i < jobs.Length; i++) _ends[i + 1] = _ends[i] + jobs[i].PacketBytes;
        _packets = new byte[_ends[^1]];
        for (var i = 0; i < jobs.Length; i++) Rewrite(i);
    }

    public ReadJob[] Jobs { get; }

    public Memory<byte> Packets(int first, int count) => _packets.AsMemory(_ends[first].._ends[first + count]);

    /// <summary>Puts another request of the same length in the place of one.</summary>
    public void Replace(int index, ReadJob job)
    {
        Jobs[index] = job;
        Rewrite(index);
    }

    private void Rewrite(int index) => Jobs[index].Write(Packets(index, 1).Span);
}

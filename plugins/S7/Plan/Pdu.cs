namespace PlantRuntime.Plugins.S7.Plan;

/// <summary>The runs of one request while requests are being filled. An odd run goes last: there its padding byte is saved.</summary>
internal sealed class Pdu(PduRoom room)
{
    private int _bytes;
    private int _odd;

    public List<Run> Runs { get; } = [];

    public int Bytes => _bytes - (_odd > 0 ? 1 : 0);

    public bool TryAdd(Run run)
    {
        if (Runs.Count == room.Items || !Fits(0, run.Bytes)) return false;
        Runs.Add(run);
        Count(0, run.Bytes);
        return true;
    }

    /// <summary>Puts a longer run in the place of one that is in here.</summary>
    public bool TryGrow(int index, Run grown)
    {
        var before = Runs[index].Bytes;
        if (!Fits(before, grown.Bytes)) return false;
        Count(before, grown.Bytes);
        Runs[index] = grown;
        return true;
    }

    public void RemoveLast()
    {
        Count(Runs[^1].Bytes, 0);
        Runs.RemoveAt(Runs.Count - 1);
    }

    public void Shrink(int index, Run run)
    {
        Count(Runs[index].Bytes, run.Bytes);
        Runs[index] = run;
    }

    private bool Fits(int before, int after)
    {
        var odd = _odd - (before & 1) + (after & 1);
        return _bytes + CostOf(after) - CostOf(before) - (odd > 0 ? 1 : 0) <= room.Bytes;
    }

    private void Count(int before, int after)
    {
        _bytes += CostOf(after) - CostOf(before);
        _odd += (after & 1) - (before & 1);
    }

    private static int CostOf(int bytes) => bytes == 0 ? 0 : PduRoom.Cost(bytes);
}

using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// What a recipe is told: the scans of devices, and of blocks that are read for it alone. It stays while versions of the recipe come and go.
/// </summary>
internal sealed class RecipeFeed(IReadOnlyList<DeviceRunner> devices, int capacity, TimeProvider time)
{
    private IReadOnlyList<(DeviceRunner Device, ScanInbox Inbox)> _devices = [];
    private IReadOnlyList<(Decoding Decoding, ScanInbox Inbox, BlockScans Scans)> _blocks = [];

    public ScanQueue Queue { get; } = new();

    /// <summary>Scans of one device that may wait; holds for devices that are added from now on.</summary>
    public int Capacity { get; set; } = capacity;

    /// <summary>Scans that the recipe was too slow to take.</summary>
    public long Lost => _devices.Sum(d => d.Inbox.Lost) + _blocks.Sum(b => b.Inbox.Lost);

    /// <summary>The last scan of each device that was run.</summary>
    public (string Device, long Number)[] LastRuns()
    {
        var last = new (string, long)[_devices.Count];
        for (var i = 0; i < last.Length; i++) last[i] = (_devices[i].Device.Name, _devices[i].Inbox.LastRun);
        return last;
    }

    /// <summary>These for a log line: <c>last_scan=press:1234,tank:77</c>.</summary>
    public static string Words((string Device, long Number)[] last) =>
        $"last_scan={string.Join(',', last.Select(l => $"{l.Device}:{l.Number}"))}";

    /// <summary>False when scans may wait that have other tags than the plan's: whoever knows them has to run them first.</summary>
    public bool CanLead(Plan plan) => _devices.All(d => !plan.Sources.TryGetValue(d.Device.Name, out var source) || d.Inbox.Fits(source, Capacity));

    /// <summary>Leads what waits, and what comes from now on, to a plan. No version may be running.</summary>
    public void Lead(Plan plan)
    {
        foreach (var (device, inbox) in _devices)
        {
            if (!IsKept(device, inbox)) device.Swap(inbox, null);
            inbox.Lead(IsKept(device, inbox) ? plan.Sources[device.Name] : null);
        }

        var kept = _devices.Where(d => IsKept(d.Device, d.Inbox)).ToList();
        var added = devices.Where(d => plan.Sources.ContainsKey(d.Name) && kept.All(k => k.Device != d))
            .Select(d => (d, Inbox(plan.Sources[d.Name]))).ToList();
        _devices = [.. kept, .. added];
        LeadBlocks(plan);
        Queue.Open();
        foreach (var (device, inbox) in added) device.Swap(null, inbox);
        foreach (var block in _blocks) block.Scans.Start();

        bool IsKept(DeviceRunner device, ScanInbox inbox) =>
            devices.Contains(device) && plan.Sources.TryGetValue(device.Name, out var source) && inbox.Fits(source, Capacity);
    }

    /// <summary>Nothing more comes; what waits stays.</summary>
    public void Stop()
    {
        foreach (var (device, inbox) in _devices) device.Swap(inbox, null);
        foreach (var block in _blocks) block.Scans.Stop();
    }

    /// <summary>Stops, and holds nothing of a plan any more.</summary>
    public void Forget()
    {
        Stop();
        (_devices, _blocks) = ([], []);
    }

    /// <summary>Each version reads its blocks itself; what the one before has read and not run goes to the same block of the new one.</summary>
    private void LeadBlocks(Plan plan)
    {
        foreach (var block in _blocks) block.Scans.Stop();
        var old = _blocks.ToList();
        _blocks = [.. plan.Decodings.Select(Begin)];
        foreach (var block in old) block.Inbox.Lead(null);

        (Decoding, ScanInbox, BlockScans) Begin(Decoding decoding)
        {
            var at = old.FindIndex(b => IsSame(b.Decoding, decoding));
            var number = at < 0 ? 0 : old[at].Scans.Number;
            if (at >= 0)
            {
                old[at].Inbox.Lead(decoding.Source);
                old.RemoveAt(at);
            }

            var inbox = Inbox(decoding.Source);
            return (decoding, inbox, new BlockScans(decoding, Find(decoding.Device), inbox, time, number));
        }
    }

    private static bool IsSame(Decoding a, Decoding b) =>
        a.Device == b.Device && a.Address == b.Address && a.Bytes == b.Bytes && a.Tags.Select(Words).SequenceEqual(b.Tags.Select(Words));

    private static (string Name, int At, DataType Type, int Bit) Words(BlockTag tag) => (tag.Name, tag.At, tag.Type, tag.Bit);

    private ScanInbox Inbox(SourceNode source)
    {
        var inbox = new ScanInbox(Queue, source.Schema, Capacity);
        inbox.Lead(source);
        return inbox;
    }

    private DeviceRunner Find(string device) => devices.First(d => d.Name == device);
}

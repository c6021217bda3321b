using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// What a recipe is told: the scans of devices, and of blocks that are read for it alone. It stays while versions of the recipe come and go.
/// </summary>
/// <param name="devices">The devices of the site.</param>
/// <param name="capacity">Scans that may wait, for each device.</param>
/// <param name="time">The clock.</param>
internal sealed class RecipeFeed(IReadOnlyList<DeviceRunner> devices, int capacity, TimeProvider time)
{
    private IReadOnlyList<(DeviceRunner Device, ScanInbox Inbox)> _devices = [];
    private IReadOnlyList<(Decoding Decoding, ScanInbox Inbox, BlockScans Scans)> _blocks = [];

    public ScanQueue Queue { get; } = new();

    /// <summary>Scans that may wait, for each device; holds for a device from the next plan on.</summary>
    public int Capacity { get; set; } = capacity;

    /// <summary>Scans that the recipe was too slow to take.</summary>
    public long Lost => _devices.Sum(d => d.Inbox.Lost) + _blocks.Sum(b => b.Inbox.Lost);

    /// <summary>The last scan of each device that was run, for a log line: <c>last_scan=press:1234,tank:77</c>.</summary>
    public string LastScan => $"last_scan={string.Join(',', _devices.Select(d => $"{d.Device.Name}:{d.Inbox.LastRun}"))}";

    /// <summary>Leads what waits, and what comes from now on, to a plan. No version may be running.</summary>
    public void Lead(Plan plan)
    {
        foreach (var (device, inbox) in _devices)
        {
            if (!Fits(inbox, plan, device)) device.Swap(inbox, null);
            inbox.Lead(Fits(inbox, plan, device) ? plan.Sources[device.Name] : null);
        }

        _devices = [.. _devices.Where(d => Fits(d.Inbox, plan, d.Device))];
        var added = devices.Where(d => plan.Sources.ContainsKey(d.Name) && _devices.All(k => k.Device != d))
            .Select(d => (d, Inbox(plan.Sources[d.Name]))).ToList();
        _devices = [.. _devices, .. added];
        LeadBlocks(plan);
        Queue.Open();
        foreach (var (device, inbox) in added) device.Swap(null, inbox);
        foreach (var block in _blocks) block.Scans.Start();
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
        foreach (var (decoding, inbox, scans) in _blocks)
        {
            scans.Stop();
            inbox.Lead(plan.Decodings.FirstOrDefault(d => IsSame(d, decoding))?.Source);
        }

        _blocks = [.. plan.Decodings.Select(d => (d, Inbox: Inbox(d.Source))).Select(b => (b.d, b.Inbox, new BlockScans(b.d, Find(b.d.Device), b.Inbox, time)))];
    }

    /// <summary>Whether the plan wants what waits there: scans of the device, with the tags that it has now.</summary>
    private bool Fits(ScanInbox inbox, Plan plan, DeviceRunner device) =>
        plan.Sources.TryGetValue(device.Name, out var source) && source.Schema.Tags == inbox.Tags && inbox.Capacity == Capacity;

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

using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Logging;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Routes the scans of devices, and of blocks that are read for one recipe, to the plan of the version that runs. Versions of the
/// recipe attach one after the other, while none runs. Owned by one RecipeSlot, which calls the methods under its gate; Lost may be
/// read by any thread.
/// </summary>
internal sealed class ScanRouter(IReadOnlyList<DeviceSupervisor> devices, int capacity, TimeProvider time)
{
    private IReadOnlyList<(DeviceSupervisor Device, ScanSubscription Subscription)> _devices = [];
    private IReadOnlyList<(BlockDecoding Decoding, ScanSubscription Subscription, BlockScans Scans)> _blocks = [];

    public ScanQueue Queue { get; } = new();

    /// <summary>Scans of one device that may wait; applies to devices that are added from now on.</summary>
    public int Capacity { get; set; } = capacity;

    /// <summary>Scans that were dropped because the recipe was too slow.</summary>
    public long Lost => _devices.Sum(d => d.Subscription.Lost) + _blocks.Sum(b => b.Subscription.Lost);

    /// <summary>Returns the number of the last scan of each device that was run.</summary>
    public (string Device, long Number)[] LastRuns()
    {
        var last = new (string, long)[_devices.Count];
        for (var i = 0; i < last.Length; i++) last[i] = (_devices[i].Device.Name, _devices[i].Subscription.LastRun);
        return last;
    }

    /// <summary>Formats them for a log line: <c>last_scan=press:1234,tank:77</c>.</summary>
    public static LogFields Describe((string Device, long Number)[] last) =>
        LogFields.From($"last_scan={string.Join(',', last.Select(l => $"{l.Device}:{l.Number}"))}");

    /// <summary>False when scans with other tags than the plan's may wait, which the version before has to run first.</summary>
    public bool CanAttach(Plan plan) =>
        _devices.All(d => !plan.Sources.TryGetValue(d.Device.Name, out var source) || d.Subscription.Fits(source, Capacity));

    /// <summary>Routes the scans that wait and those that arrive from now on to a plan. No version may be running.</summary>
    public void Attach(Plan plan)
    {
        foreach (var (device, subscription) in _devices)
        {
            if (!IsKept(device, subscription)) device.Swap(subscription, null);
            subscription.Attach(IsKept(device, subscription) ? plan.Sources[device.Name] : null);
        }

        var kept = _devices.Where(d => IsKept(d.Device, d.Subscription)).ToList();
        var added = devices.Where(d => plan.Sources.ContainsKey(d.Name) && kept.All(k => k.Device != d))
            .Select(d => (d, Subscribe(plan.Sources[d.Name]))).ToList();
        _devices = [.. kept, .. added];
        AttachBlocks(plan);
        Queue.Open();
        foreach (var (device, subscription) in added) device.Swap(null, subscription);
        foreach (var block in _blocks) block.Scans.Start();

        bool IsKept(DeviceSupervisor device, ScanSubscription subscription) =>
            devices.Contains(device) && plan.Sources.TryGetValue(device.Name, out var source) && subscription.Fits(source, Capacity);
    }

    /// <summary>Ends the subscriptions; the scans that wait stay.</summary>
    public void Stop()
    {
        foreach (var (device, subscription) in _devices) device.Swap(subscription, null);
        foreach (var block in _blocks) block.Scans.Stop();
    }

    /// <summary>Ends the subscriptions and drops all references to the plan.</summary>
    public void Detach()
    {
        Stop();
        (_devices, _blocks) = ([], []);
    }

    /// <summary>
    /// Starts the block reads of the plan. Scans of a block that the version before has read and not run go to the same block of
    /// the new one.
    /// </summary>
    private void AttachBlocks(Plan plan)
    {
        foreach (var block in _blocks) block.Scans.Stop();
        var old = _blocks.ToList();
        _blocks = [.. plan.Decodings.Select(Begin)];
        foreach (var block in old) block.Subscription.Attach(null);

        (BlockDecoding, ScanSubscription, BlockScans) Begin(BlockDecoding decoding)
        {
            var at = old.FindIndex(b => IsSame(b.Decoding, decoding));
            var number = at < 0 ? 0 : old[at].Scans.Number;
            if (at >= 0)
            {
                old[at].Subscription.Attach(decoding.Source);
                old.RemoveAt(at);
            }

            var subscription = Subscribe(decoding.Source);
            return (decoding, subscription, new BlockScans(decoding, Find(decoding.Device), subscription, time, number));
        }
    }

    private static bool IsSame(BlockDecoding a, BlockDecoding b) =>
        a.Device == b.Device && a.Address == b.Address && a.Bytes == b.Bytes && a.Tags.Select(Layout).SequenceEqual(b.Tags.Select(Layout));

    private static (string Name, int At, DataType Type, int Bit) Layout(BlockTag tag) => (tag.Name, tag.At, tag.Type, tag.Bit);

    private ScanSubscription Subscribe(SourceNode source)
    {
        var subscription = new ScanSubscription(Queue, source.Schema, Capacity);
        subscription.Attach(source);
        return subscription;
    }

    private DeviceSupervisor Find(string device) => devices.First(d => d.Name == device);
}

using System.Globalization;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Devices.Writing;

/// <summary>A tag that may be written, with room for one value that waits for its turn: a newer one takes its place.</summary>
internal sealed class TagWriter(DeviceRunner device, TagModel model, TimeProvider time)
{
    // By driver, and no longer than it: a replaced plugin must be able to leave memory.
    private readonly ConditionalWeakTable<IDriver, PreparedWrite> _prepared = [];
    private WriteAttempt? _waiting;

    public DeviceRunner Device => device;

    public TagModel Model => model;

    /// <summary>Gives the device the value to write, now or not at all.</summary>
    public void Post(WriteAttempt attempt)
    {
        Interlocked.Exchange(ref _waiting, attempt)?.End(WriteOutcome.Replaced, "a newer value came before its turn");
        device.Post(attempt);
    }

    /// <summary>Takes the attempt out of its place; false when it is not there any more.</summary>
    public bool TryTake(WriteAttempt attempt) => Interlocked.CompareExchange(ref _waiting, null, attempt) == attempt;

    /// <summary>Whether a value of <paramref name="timestamp"/> is older than the tag allows, and in words by how much.</summary>
    public bool IsTooOld(long timestamp, out string age)
    {
        var elapsed = time.GetElapsedTime(timestamp);
        var most = model.Write!.MaxAge;
        age = string.Create(
            CultureInfo.InvariantCulture, $"it was {elapsed.TotalSeconds:0.###} s old, {most.TotalSeconds:0.###} s are allowed");
        return elapsed > most;
    }

    public PreparedWrite Prepare(IDriver driver) => _prepared.GetValue(driver, PrepareOnce);

    private PreparedWrite PrepareOnce(IDriver driver)
    {
        TagDefinition[] tags = [model.Definition];
        if (driver is not IWritable writable) throw new RefusedException($"the driver {device.Model.Driver} cannot write");
        var readBack = model.Write!.ReadBack ? new ReadBack(driver.Prepare(tags), new Tag(0, model.Name, device.Name)) : null;
        return new PreparedWrite(writable.PrepareWrites(tags), readBack);
    }
}

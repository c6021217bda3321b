using System.Globalization;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Devices.Writes;

/// <summary>
/// Writes one tag; at most one value waits for its turn, and a newer one replaces it. Owned by the WriteService and kept while the tag's
/// settings stay the same. Any thread posts; <see cref="Prepare"/> runs within the device session's loop.
/// </summary>
internal sealed class TagWriter(DeviceSupervisor device, TagModel model, TimeProvider time)
{
    // Keyed weakly by driver, so that a replaced plugin can leave memory.
    private readonly ConditionalWeakTable<IDriver, PreparedWrite> _prepared = [];
    private WriteAttempt? _waiting;

    public DeviceSupervisor Device => device;

    public TagModel Model => model;

    /// <summary>Limits the log lines of its writes.</summary>
    public OutcomeLimit LogLimit { get; } = new(time);

    /// <summary>
    /// Passes a value to the device, which writes it once between two scans or fails it. An attempt that still waits ends as Replaced.
    /// </summary>
    public void Post(WriteAttempt attempt)
    {
        Interlocked.Exchange(ref _waiting, attempt)?.End(WriteOutcome.Replaced, "a newer value came before its turn");
        device.Post(attempt);
    }

    /// <summary>Removes the waiting attempt; false if it is not waiting any more.</summary>
    public bool TryDequeue(WriteAttempt attempt) => Interlocked.CompareExchange(ref _waiting, null, attempt) == attempt;

    /// <summary>Returns whether a value of <paramref name="timestamp"/> is older than the tag allows, and describes its age.</summary>
    public bool IsTooOld(long timestamp, out string age)
    {
        var elapsed = time.GetElapsedTime(timestamp);
        var most = model.Write!.MaxAge;
        age = string.Create(
            CultureInfo.InvariantCulture, $"it was {elapsed.TotalSeconds:0.###} s old, {most.TotalSeconds:0.###} s are allowed");
        return elapsed > most;
    }

    /// <summary>Returns the prepared write of a driver, which is created at its first write.</summary>
    public PreparedWrite Prepare(IDriver driver) => _prepared.GetValue(driver, PrepareOnce);

    private PreparedWrite PrepareOnce(IDriver driver)
    {
        TagDefinition[] tags = [model.Definition];
        if (driver is not IWritable writable) throw new RefusedException($"the driver {device.Model.Driver} cannot write");
        return new PreparedWrite(writable.PrepareWrites(tags), model.Write!.ReadBack ? Verification() : null, Verification);

        WriteVerification Verification() =>
            new(OnDemand.Prepare(driver, device.Name, tags), new Tag(0, model.Name, device.Name));
    }
}

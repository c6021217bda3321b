using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// The time of a sample. The time between two samples is measured by the device's clock if both have a time from the device, and otherwise
/// by the monotonic time of their scans, which is independent of the wall clock. Immutable.
/// </summary>
internal readonly record struct SampleTime(long Timestamp, DateTime Time, bool IsFromDevice)
{
    public static SampleTime From(Scan scan, in Sample sample) =>
        new(scan.Timestamp, sample.Time, scan.DeviceTime is not null || sample.Time != scan.Time);

    public static SampleTime Load(StateReader state) => new(state.ReadTimestamp(), state.ReadTime(), state.ReadBoolean());

    public void Save(StateWriter state)
    {
        state.WriteTimestamp(Timestamp);
        state.WriteTime(Time);
        state.Write(IsFromDevice);
    }

    public TimeSpan Since(in SampleTime earlier, PlanClock clock) =>
        IsFromDevice && earlier.IsFromDevice ? Time - earlier.Time : clock.Duration(Timestamp - earlier.Timestamp);
}

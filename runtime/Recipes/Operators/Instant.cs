using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// When a sample held. Between two samples to which the device gave times of its own the device's clock counts; otherwise the monotonic
/// time of the scans, which no step of the host's clock disturbs.
/// </summary>
internal readonly record struct Instant(long Timestamp, DateTime Time, bool IsOwn)
{
    public static Instant Of(Scan scan, in Sample sample) => new(scan.Timestamp, sample.Time, sample.Time != scan.Time);

    public static Instant Load(StateReader state) => new(state.ReadMoment(), state.ReadTime(), state.ReadBoolean());

    public void Save(StateWriter state)
    {
        state.WriteMoment(Timestamp);
        state.WriteTime(Time);
        state.Write(IsOwn);
    }

    public TimeSpan Since(in Instant earlier, PlanClock clock) =>
        IsOwn && earlier.IsOwn ? Time - earlier.Time : clock.Duration(Timestamp - earlier.Timestamp);
}

namespace PlantRuntime.Faults.Oracle;

/// <summary>A route of <c>plant queue</c>.</summary>
internal sealed record RouteCounts(string Sink, long Produced, long Delivered, long Waiting, long Expired, long Dead, long Dropped, long Damaged)
{
    public bool IsEven => Produced == Delivered + Waiting + Expired + Dead + Dropped + Damaged;
}

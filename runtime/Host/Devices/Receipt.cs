namespace PlantRuntime.Host.Devices;

/// <summary>
/// Counts who still has a scan of a subscribing device in hand. When all have let go, everything that came of it is stored, and the far end
/// may forget it.
/// </summary>
internal sealed class Receipt(Action done)
{
    private int _holders = 1;

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0) done();
    }
}

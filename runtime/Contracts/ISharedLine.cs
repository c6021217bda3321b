namespace PlantRuntime.Contracts;

/// <summary>
/// A driver whose device shares a line with others, such as the meters of one RS-485 bus, so that one device uses it at a time. The host
/// waits for the turn before each call that uses the line (connect, read, write and the other operations) and ends it after the call; the
/// wait does not count as time of the call. A turn never spans two calls.
/// </summary>
public interface ISharedLine : IDriver
{
    /// <summary>Waits until the line belongs to this device; completes at once on a free line.</summary>
    /// <exception cref="OperationCanceledException">The token ended the wait.</exception>
    ValueTask WaitForTurnAsync(CancellationToken cancel);

    /// <summary>Ends the turn. Does nothing if the line does not belong to this device. Never throws.</summary>
    void EndTurn();
}

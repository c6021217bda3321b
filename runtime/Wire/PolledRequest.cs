namespace PlantRuntime.Wire;

/// <summary>
/// The part of a prepared request that <see cref="PollingOrder"/> needs: whether it was answered in the current exchange, and how earlier
/// ones ended. The request of a driver derives from it; its owner passes it to the order, one call at a time; not thread-safe.
/// </summary>
public abstract class PolledRequest
{
    /// <summary>True if a reply, also a refusal, was received in the current exchange.</summary>
    public bool IsAnswered { get; internal set; }

    /// <summary>True if the request was sent in the current exchange.</summary>
    public bool IsSent { get; internal set; }

    /// <summary>
    /// True if the request got no reply in the last exchange although nothing was sent before it and it had the whole time of the exchange:
    /// the device does not answer it, and the reason is neither a slow line nor a request that came too early.
    /// </summary>
    public bool IsUnanswerable { get; internal set; }

    // Ticks of the clock.
    internal long SentAt { get; set; }

    internal bool IsFirst { get; set; }

    // Number of the exchange in which a reply was received last; 0 if there was none.
    internal long AnsweredIn { get; set; }

    // Number of exchanges in a row without a reply although the request was the first.
    internal int Silences { get; set; }

    // Number of exchanges for which the request is sent after the others.
    internal int PostponedFor { get; set; }

    /// <summary>Takes the place of another request in the order, because this one is sent instead.</summary>
    protected void TakePlaceOf(PolledRequest other) =>
        (AnsweredIn, Silences, PostponedFor) = (other.AnsweredIn, other.Silences, other.PostponedFor);
}

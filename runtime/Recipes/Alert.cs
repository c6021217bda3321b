namespace PlantRuntime.Recipes;

/// <summary>The part of a plant that an <see cref="Alert"/> is about.</summary>
public enum AlertKind
{
    /// <summary>A device is lost, and is back.</summary>
    Device,

    /// <summary>A sink is down, and is back.</summary>
    Sink,

    /// <summary>The queue of a sink is fuller than 80 % of its limit, and has emptied again.</summary>
    Queue,

    /// <summary>The disk with the site's data is fuller than 90 %, and has room again.</summary>
    Disk,

    /// <summary>A recipe was stopped or rolled back, and runs as edited again.</summary>
    Recipe,
}

/// <summary>Begins or ends a state of the plant that an operator should know. Immutable.</summary>
/// <param name="Number">Number of the alert since the host started, from 1.</param>
/// <param name="Time">Time of the change in UTC.</param>
/// <param name="Kind">The part that changed.</param>
/// <param name="Subject">Name of the device, sink or recipe; for the disk the path of the site's data.</param>
/// <param name="IsActive">True when the state begins, false when it is over.</param>
/// <param name="Reason">The reason, with what happens next where that is known.</param>
public sealed record Alert(long Number, DateTime Time, AlertKind Kind, string Subject, bool IsActive, string Reason);

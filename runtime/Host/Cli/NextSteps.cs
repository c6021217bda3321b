namespace PlantRuntime.Host.Cli;

/// <summary>
/// Advises what to do about a part that does not work, by its kind and state, as the page does, with the commands of this program. Pure.
/// </summary>
internal static class NextSteps
{
    /// <summary>Returns the next step; empty if there is nothing to do.</summary>
    /// <param name="kind">"device", "sink" or "recipe".</param>
    /// <param name="state">Its state in the API.</param>
    /// <param name="name">Its name.</param>
    /// <param name="site">The folder of the site, as the user wrote it.</param>
    public static string For(string kind, string state, string name, string site) => (kind, state) switch
    {
        ("device", "Waiting") => "put its driver plugin into the folder plugins; the device then starts by itself",
        ("device", "Connecting") => "wait: the host is connecting",
        ("device", "Reconnecting") =>
            $"the host tries again by itself; check power, cable and address of the device: plant doctor {site}",
        ("device", "Parked") => $"its driver misbehaved and is tried again later; try it now: plant restart {site} {name}",
        ("sink", "Waiting") => "put its plugin into the folder plugins; records wait in the queue",
        ("sink", "Retrying") => "the host tries again by itself; records wait in the queue",
        ("sink", "Down") =>
            $"the host tries again by itself and delivers what waits; find the cause step by step: plant doctor {site} {name}",
        ("sink", "Parked") => $"its plugin misbehaved and is tried again later; try it now: plant restart {site} {name}",
        ("device" or "sink", "Stopped") => "it is stopped while site.toml or its plugin changes",
        ("recipe", "Running") => "the version before runs on; correct the file and save it",
        ("recipe", _) => "correct the file: the recipe starts when it is saved",
        _ => "",
    };
}

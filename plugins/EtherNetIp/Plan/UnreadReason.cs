namespace PlantRuntime.Plugins.EtherNetIp.Plan;

/// <summary>Reasons of tags that were not read in a scan.</summary>
internal static class UnreadReason
{
    /// <summary>The request was sent, or its turn could not be planned yet.</summary>
    public const string NoAnswer = "no answer in time";

    /// <summary>The request was not sent.</summary>
    public const string NotAsked = "not asked in this scan, because no time was left";
}

namespace PlantRuntime.Plugins.Http;

/// <summary>What an answer means for the records of its request.</summary>
internal enum Verdict
{
    Stored,
    Retry,
    Rejected,
}

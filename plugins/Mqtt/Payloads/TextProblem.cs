namespace PlantRuntime.Plugins.Mqtt.Payloads;

/// <summary>What is wrong with a text that an engineer wrote.</summary>
/// <param name="Column">Where, from 1.</param>
/// <param name="Message">What was expected.</param>
internal sealed record TextProblem(int Column, string Message);

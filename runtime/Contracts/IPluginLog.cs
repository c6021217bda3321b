namespace PlantRuntime.Contracts;

/// <summary>A plugin's line into the host's log; the host adds time, device and a limit on how many lines a second get through.</summary>
public interface IPluginLog
{
    /// <summary>Something an operator may want to read.</summary>
    void Info(string message);

    /// <summary>Something that should not be, though the work goes on.</summary>
    void Warn(string message);
}

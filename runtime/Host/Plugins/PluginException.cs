namespace PlantRuntime.Host.Plugins;

/// <summary>A folder that is no usable plugin, and why.</summary>
internal sealed class PluginException(string message, Exception? inner = null) : Exception(message, inner);

using System.IO.Enumeration;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Selects the entries of a list that <c>plant browse</c> shows: a filter, then a page. Used by one list, entry by entry.
/// </summary>
/// <param name="filter">Text in address, name or description, with * and ?; null for all.</param>
/// <param name="skip">Number of matching entries that are left out.</param>
/// <param name="take">Number of entries that are wanted; null for all.</param>
internal sealed class EntrySelection(string? filter, int skip, int? take)
{
    private readonly string? _pattern = filter is null ? null : filter.AsSpan().IndexOfAny('*', '?') >= 0 ? filter : $"*{filter}*";
    private int _skipped;

    /// <summary>Number of entries that were taken.</summary>
    public int Taken { get; private set; }

    /// <summary>True when all wanted entries were taken.</summary>
    public bool IsFull => Taken >= take;

    /// <summary>True if an entry is one of the wanted ones.</summary>
    public bool Takes(BrowseEntry entry)
    {
        if (IsFull || !(Matches(entry.Address) || Matches(entry.Name) || Matches(entry.Description))) return false;
        if (_skipped < skip)
        {
            _skipped++;
            return false;
        }

        Taken++;
        return true;
    }

    private bool Matches(string? text) => _pattern is null || (text is not null && FileSystemName.MatchesSimpleExpression(_pattern, text));
}

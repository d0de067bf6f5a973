using System.Collections.Concurrent;

namespace Kestra.Crash;

/// <summary>What a client knows of its request.</summary>
internal enum Answer
{
    /// <summary>The server has promised it.</summary>
    Accepted,

    /// <summary>The server said that it did not and will not.</summary>
    Refused,

    /// <summary>The connection broke, or the server said that it does not know.</summary>
    Unknown,
}

/// <param name="Client">Names the request; the execution carries it.</param>
/// <param name="Id">Of the execution, if the server gave one.</param>
/// <param name="Why">How a refusal was told.</param>
internal sealed record Entry(string Client, string Flow, Answer Answer, string? Id, string? Why = null);

/// <summary>The client's own book of all that it has asked for and was told.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, Entry> entries = new(StringComparer.Ordinal);

    public IReadOnlyCollection<Entry> Entries => [.. entries.Values];

    public int Accepted => entries.Values.Count(static entry => entry.Answer == Answer.Accepted);

    public int Refused => entries.Values.Count(static entry => entry.Answer == Answer.Refused);

    public int Unknown => entries.Values.Count(static entry => entry.Answer == Answer.Unknown);

    public void Write(Entry entry) => entries[entry.Client] = entry;
}

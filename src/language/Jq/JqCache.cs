using System.Collections.Concurrent;

namespace Kestra.Jq;

/// <summary>Programs that were parsed already, by their text. Safe for many threads.</summary>
/// <param name="limits">For every program. Default: <see cref="JqLimits.Default"/>.</param>
/// <param name="dialect">Of every program.</param>
/// <param name="capacity">Programs that are kept. Programs made from data could be any number, so a full cache starts anew.</param>
/// <param name="time">Clock of the programs. Default: that of the system.</param>
public sealed class JqCache(JqLimits? limits = null, JqDialect dialect = JqDialect.Kestra, int capacity = 1_000, TimeProvider? time = null)
{
    private readonly ConcurrentDictionary<string, JqProgram> _programs = new(StringComparer.Ordinal);

    public int Count => _programs.Count;

    /// <exception cref="JqException">The text is not a program; it is tried again each time.</exception>
    public JqProgram Get(string program)
    {
        if (_programs.TryGetValue(program, out var known))
        {
            return known;
        }

        var parsed = JqProgram.Parse(program, limits, dialect, time);
        if (_programs.Count >= capacity)
        {
            _programs.Clear();
        }

        return _programs.GetOrAdd(program, parsed);
    }
}

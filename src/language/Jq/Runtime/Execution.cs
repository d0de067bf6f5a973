using Kestra.Jq.Functions;
using Kestra.Jq.Values;

namespace Kestra.Jq.Runtime;

/// <summary>One run of a program: what it has used of its limits, and what it may see of the world, which is the clock alone.</summary>
internal sealed class Execution(JqLimits limits, JqDialect dialect, RegexCache expressions, TimeProvider time, CancellationToken cancellation)
{
    private const int CancellationInterval = 1024;

    private long _steps;
    private long _nextCancellationCheck = CancellationInterval;

    public JqLimits Limits => limits;

    public JqDialect Dialect => dialect;

    public TimeProvider Time => time;

    public RegexCache Expressions => expressions;

    /// <summary>What regular expressions may still use.</summary>
    public TimeSpan RegexTime { get; set; } = limits.RegexTime;

    public void Step() => Charge(1);

    /// <summary>Counts work. Every loop goes through here, so that no program runs for ever.</summary>
    public void Charge(long steps)
    {
        _steps += steps;
        if (_steps > limits.Steps)
        {
            throw JqException.Limit($"the program takes more than {limits.Steps} steps");
        }

        if (_steps >= _nextCancellationCheck)
        {
            _nextCancellationCheck = _steps + CancellationInterval;
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Counts a text that is about to be made.</summary>
    public void ChargeText(long length)
    {
        if (length > limits.TextLength)
        {
            throw JqException.Limit($"a text is longer than {limits.TextLength} characters");
        }

        Charge(length / 4);
    }

    /// <summary>Counts an array that is about to be made or copied.</summary>
    public void ChargeArray(long length)
    {
        if (length > limits.ArrayLength)
        {
            throw JqException.Limit($"an array is longer than {limits.ArrayLength} elements");
        }

        Charge((length / 2) + 1);
    }

    /// <summary>Counts an object that is about to be made or copied.</summary>
    public void ChargeObject(long length) => Charge(length + 1);

    public string ToText(object? value) => value as string ?? ToJson(value);

    public string ToJson(object? value)
    {
        var json = JsonText.Write(value, dialect, limits.TextLength);
        ChargeText(json.Length);
        return json;
    }

    /// <summary>Kind and beginning of a value for messages: <c>number (1)</c>.</summary>
    public string Describe(object? value) => $"{ValueKinds.Name(value)} ({Beginning(value, 14)})";

    /// <summary>The JSON of a value, cut to a length with an ellipsis.</summary>
    public string Beginning(object? value, int length)
    {
        var json = JsonText.WriteBeginning(value, dialect, length + 1);
        return json.Length > length ? json[..(length - 3)] + "..." : json;
    }
}

namespace Kestra.Hosting.Lanes;

/// <summary>Commands can't be decided at the moment, because the database is away or because another server has the executions. The caller may come back.</summary>
/// <param name="message">For the user; says nothing of the inside.</param>
/// <param name="isUncertain">Whether the command was carried out is not known; otherwise it was not, and will not be.</param>
public sealed class CommandsUnavailableException(string message, bool isUncertain = false, Exception? cause = null) : Exception(message, cause)
{
    public bool IsUncertain { get; } = isUncertain;
}
